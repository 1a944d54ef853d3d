/* What threads.c defines. */
int from_thread(int (*f)(int), int argument);
