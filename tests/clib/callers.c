/* Calls what it is given: in turn, and on threads that Python never saw. */
#include <pthread.h>

typedef int (*step_fn)(int);

/* The sum of what `step` gives for 0 up to, without, `count`. */
int sum_of(step_fn step, int count)
{
    int sum = 0;
    for (int i = 0; i < count; i++)
        sum += step(i);
    return sum;
}

struct job {
    step_fn step;
    int argument;
    int result;
};

static void *run(void *argument)
{
    struct job *job = argument;
    job->result = job->step(job->argument);
    return 0;
}

/* What `step` gives for `argument` on a new thread; -1 if there is none. */
int on_a_thread(step_fn step, int argument)
{
    struct job job = {step, argument, 0};
    pthread_t thread;
    if (pthread_create(&thread, 0, run, &job) != 0)
        return -1;
    pthread_join(thread, 0);
    return job.result;
}
