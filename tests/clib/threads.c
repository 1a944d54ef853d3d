/* A callback from a thread that Python never saw. */
#include <pthread.h>

#include "threads.h"

struct job { int (*f)(int); int argument, result; };

static void *run(void *job) {
    struct job *j = job;
    j->result = j->f(j->argument);
    return 0;
}

int from_thread(int (*f)(int), int argument) {
    struct job job = {f, argument, -1};
    pthread_t thread;
    if (pthread_create(&thread, 0, run, &job)) return -2;
    pthread_join(thread, 0);
    return job.result;
}
