"""Random functions, compiled and interpreted: both must give the same."""
