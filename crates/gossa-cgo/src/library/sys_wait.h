#include <sys/types.h>
#define WNOHANG 1
#define WUNTRACED 2
__pid_t wait(int *status);
__pid_t waitpid(__pid_t pid, int *status, int options);
