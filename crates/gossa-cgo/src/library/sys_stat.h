#include <sys/types.h>
#define S_IRUSR 0400
#define S_IWUSR 0200
#define S_IXUSR 0100
#define S_IRWXU 0700
#define S_IRGRP 0040
#define S_IWGRP 0020
#define S_IXGRP 0010
#define S_IRWXG 0070
#define S_IROTH 0004
#define S_IWOTH 0002
#define S_IXOTH 0001
#define S_IRWXO 0007
#define S_IFMT 0170000
#define S_IFDIR 0040000
#define S_IFREG 0100000
#define S_IFLNK 0120000
struct stat;
int stat(const char *path, struct stat *to);
int fstat(int fd, struct stat *to);
int lstat(const char *path, struct stat *to);
int mkdir(const char *path, __mode_t mode);
int chmod(const char *path, __mode_t mode);
int fchmod(int fd, __mode_t mode);
__mode_t umask(__mode_t mask);
int mkfifo(const char *path, __mode_t mode);
