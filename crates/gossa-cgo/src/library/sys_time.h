#include <time.h>
#ifdef __linux__
#ifdef __gnu_linux__
typedef __suseconds_t suseconds_t;
#else
typedef long suseconds_t;
#endif
struct timeval { __time_t tv_sec; __suseconds_t tv_usec; };
#elif defined(__APPLE__)
typedef int suseconds_t;
struct timeval { __time_t tv_sec; __suseconds_t tv_usec; };
#endif
