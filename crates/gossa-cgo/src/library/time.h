#include <stddef.h>
#include <bits/types.h>
#ifdef _WIN32
typedef long long time_t;
typedef long clock_t;
#else
#ifdef __gnu_linux__
typedef __time_t time_t;
typedef __clock_t clock_t;
typedef __clockid_t clockid_t;
#else
typedef long time_t;
#ifdef __APPLE__
typedef unsigned long clock_t;
#else
typedef long clock_t;
#endif
#endif
struct timespec { __time_t tv_sec; __syscall_slong_t tv_nsec; };
struct tm {
    int tm_sec; int tm_min; int tm_hour; int tm_mday; int tm_mon; int tm_year;
    int tm_wday; int tm_yday; int tm_isdst; long tm_gmtoff; const char *tm_zone;
};
#endif
#ifdef __linux__
#ifdef __ANDROID__
typedef int clockid_t;
#endif
#define CLOCKS_PER_SEC 1000000
#define CLOCK_REALTIME 0
#define CLOCK_MONOTONIC 1
#define CLOCK_PROCESS_CPUTIME_ID 2
#define CLOCK_THREAD_CPUTIME_ID 3
#define CLOCK_BOOTTIME 7
int clock_gettime(clockid_t clock, struct timespec *to);
int clock_getres(clockid_t clock, struct timespec *to);
#endif
time_t time(time_t *to);
clock_t clock(void);
double difftime(time_t a, time_t b);
time_t mktime(struct tm *t);
struct tm *gmtime(const time_t *t);
struct tm *localtime(const time_t *t);
struct tm *gmtime_r(const time_t *t, struct tm *to);
struct tm *localtime_r(const time_t *t, struct tm *to);
char *asctime(const struct tm *t);
char *ctime(const time_t *t);
size_t strftime(char *to, size_t n, const char *format, const struct tm *t);
int nanosleep(const struct timespec *wanted, struct timespec *left);
void tzset(void);
