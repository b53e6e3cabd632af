#include <sys/types.h>
#include <stdint.h>
#define STDIN_FILENO 0
#define STDOUT_FILENO 1
#define STDERR_FILENO 2
#define R_OK 4
#define W_OK 2
#define X_OK 1
#define F_OK 0
#ifdef __linux__
enum {
    _SC_ARG_MAX, _SC_CHILD_MAX, _SC_CLK_TCK, _SC_NGROUPS_MAX, _SC_OPEN_MAX,
    _SC_PAGESIZE = 30, _SC_GETGR_R_SIZE_MAX = 69, _SC_GETPW_R_SIZE_MAX = 70,
    _SC_NPROCESSORS_CONF = 83, _SC_NPROCESSORS_ONLN = 84, _SC_PHYS_PAGES = 85, _SC_HOST_NAME_MAX = 180
};
#define _SC_PAGE_SIZE _SC_PAGESIZE
#endif
unsigned sleep(unsigned seconds);
int usleep(__useconds_t n);
__pid_t getpid(void);
__pid_t getppid(void);
__pid_t getpgid(__pid_t pid);
__pid_t setsid(void);
__uid_t getuid(void);
__uid_t geteuid(void);
__gid_t getgid(void);
__gid_t getegid(void);
int setuid(__uid_t uid);
int setgid(__gid_t gid);
int seteuid(__uid_t uid);
int setegid(__gid_t gid);
__pid_t fork(void);
void _exit(int status);
int close(int fd);
int dup(int fd);
int dup2(int from, int to);
int pipe(int fds[2]);
ssize_t read(int fd, void *to, size_t n);
ssize_t write(int fd, const void *from, size_t n);
ssize_t pread(int fd, void *to, size_t n, __off_t offset);
ssize_t pwrite(int fd, const void *from, size_t n, __off_t offset);
__off_t lseek(int fd, __off_t offset, int whence);
int ftruncate(int fd, __off_t n);
int truncate(const char *path, __off_t n);
int fsync(int fd);
int isatty(int fd);
char *ttyname(int fd);
int chdir(const char *path);
int fchdir(int fd);
char *getcwd(char *to, size_t n);
int unlink(const char *path);
int rmdir(const char *path);
int link(const char *from, const char *to);
int symlink(const char *target, const char *path);
ssize_t readlink(const char *path, char *to, size_t n);
int access(const char *path, int mode);
int chown(const char *path, __uid_t uid, __gid_t gid);
int gethostname(char *to, size_t n);
long sysconf(int name);
unsigned alarm(unsigned seconds);
int pause(void);
