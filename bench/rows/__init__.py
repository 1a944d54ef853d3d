"""A module for each group of rows; `rows()` yields them."""
