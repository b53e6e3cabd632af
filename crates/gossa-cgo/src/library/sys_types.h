#include <stddef.h>
#include <stdint.h>
#include <bits/types.h>
#ifdef __gnu_linux__
typedef __ssize_t ssize_t;
#else
typedef __PTRDIFF_TYPE__ ssize_t;
#endif
typedef unsigned char u_char;
typedef unsigned short u_short;
typedef unsigned int u_int;
typedef unsigned long u_long;
typedef unsigned char u_int8_t;
typedef unsigned short u_int16_t;
typedef unsigned int u_int32_t;
typedef __UINT64_TYPE__ u_int64_t;
typedef unsigned int uint;
typedef unsigned short ushort;
#ifdef _WIN32
#if __SIZEOF_POINTER__ == 8
typedef long long pid_t;
#else
typedef int pid_t;
#endif
typedef long off_t;
typedef unsigned short mode_t;
typedef unsigned short ino_t;
typedef unsigned int dev_t;
#elif defined(__gnu_linux__)
typedef __pid_t pid_t;
typedef __uid_t uid_t;
typedef __gid_t gid_t;
typedef __mode_t mode_t;
typedef __useconds_t useconds_t;
typedef __suseconds_t suseconds_t;
typedef __off_t off_t;
typedef __time_t time_t;
typedef __clock_t clock_t;
typedef __clockid_t clockid_t;
typedef unsigned int id_t;
#else
typedef int pid_t;
typedef unsigned int uid_t;
typedef unsigned int gid_t;
typedef unsigned int id_t;
typedef unsigned int useconds_t;
#endif
#ifdef __ANDROID__
typedef unsigned int mode_t;
typedef long off_t;
typedef long suseconds_t;
typedef long clock_t;
typedef int clockid_t;
typedef long time_t;
#endif
#ifdef __linux__
typedef unsigned long ino_t;
#ifdef __LP64__
typedef unsigned long dev_t;
#else
typedef unsigned long long dev_t;
#endif
typedef long blksize_t;
typedef long blkcnt_t;
typedef int key_t;
typedef char *caddr_t;
#endif
