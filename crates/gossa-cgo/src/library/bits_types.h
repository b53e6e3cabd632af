#ifdef __gnu_linux__
typedef int __pid_t;
typedef unsigned int __uid_t;
typedef unsigned int __gid_t;
typedef unsigned int __mode_t;
typedef unsigned int __useconds_t;
typedef long __suseconds_t;
typedef long __off_t;
typedef long __time_t;
typedef long __syscall_slong_t;
typedef long __clock_t;
typedef int __clockid_t;
#ifdef __LP64__
typedef long __ssize_t;
#else
typedef int __ssize_t;
#endif
typedef unsigned int __socklen_t;
#else
#define __pid_t pid_t
#define __uid_t uid_t
#define __gid_t gid_t
#define __mode_t mode_t
#define __useconds_t useconds_t
#define __suseconds_t suseconds_t
#define __off_t off_t
#define __time_t time_t
#define __syscall_slong_t long
#endif
