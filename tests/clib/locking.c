/* Takes the interpreter's lock itself and then calls back, as a library does that knows Python. */

int PyGILState_Ensure(void);
void PyGILState_Release(int state);

typedef int (*step_fn)(int);

/* What `step` gives, once with the lock held and once without. */
int with_and_without(step_fn step, int argument)
{
    int state = PyGILState_Ensure();
    int with = step(argument);
    PyGILState_Release(state);
    return 10 * with + step(argument);
}
