#include <sys/types.h>
#ifndef _WIN32
#ifdef __gnu_linux__
typedef __socklen_t socklen_t;
#else
typedef unsigned int socklen_t;
#endif
#endif
#ifdef __linux__
typedef unsigned short sa_family_t;
struct sockaddr { sa_family_t sa_family; char sa_data[14]; };
#define AF_INET6 10
#elif defined(__APPLE__)
typedef unsigned char sa_family_t;
struct sockaddr { unsigned char sa_len; sa_family_t sa_family; char sa_data[14]; };
#define AF_INET6 30
#endif
#define AF_UNSPEC 0
#define AF_UNIX 1
#define AF_INET 2
#ifdef __linux__
enum __socket_type { SOCK_STREAM = 1, SOCK_DGRAM = 2, SOCK_RAW = 3 };
#else
#define SOCK_STREAM 1
#define SOCK_DGRAM 2
#define SOCK_RAW 3
#endif
int socket(int domain, int type, int protocol);
int bind(int fd, const struct sockaddr *addr, socklen_t n);
int listen(int fd, int backlog);
int connect(int fd, const struct sockaddr *addr, socklen_t n);
int shutdown(int fd, int how);
ssize_t send(int fd, const void *from, size_t n, int flags);
ssize_t recv(int fd, void *to, size_t n, int flags);
int setsockopt(int fd, int level, int name, const void *value, socklen_t n);
int getsockopt(int fd, int level, int name, void *value, socklen_t *n);
