//! Names of the C standard library and of POSIX that Go programs use most, as C text.
//!
//! They stand behind what the preamble declares itself, and spare the commonest headers. Names
//! whose types differ between systems are left out, except for sizes of words.

/// Typedefs and functions. Integer types of fixed size are those of the usual ABIs.
pub(super) const TEXT: &str = "
typedef signed char int8_t; typedef short int16_t; typedef int int32_t;
typedef unsigned char uint8_t; typedef unsigned short uint16_t; typedef unsigned int uint32_t;
typedef __go_int64 int64_t; typedef __go_uint64 uint64_t;
typedef int8_t int_least8_t; typedef int16_t int_least16_t; typedef int32_t int_least32_t;
typedef int64_t int_least64_t; typedef int64_t intmax_t; typedef uint64_t uintmax_t;
typedef __go_word intptr_t; typedef __go_uword uintptr_t;
typedef __go_uword size_t; typedef __go_word ssize_t; typedef __go_word ptrdiff_t;
typedef int wchar_t; typedef unsigned int wint_t;
typedef int pid_t; typedef unsigned int uid_t; typedef unsigned int gid_t;
typedef unsigned int useconds_t; typedef unsigned int socklen_t;
typedef int errno_t; typedef int sig_atomic_t;
typedef unsigned int u_int; typedef unsigned char u_char;
typedef unsigned short u_short; typedef unsigned long u_long;
void *malloc(size_t n); void *calloc(size_t n, size_t size); void *realloc(void *p, size_t n);
void free(void *p); void abort(void); void exit(int status); int atoi(const char *s);
long atol(const char *s); double atof(const char *s); char *getenv(const char *name);
int setenv(const char *name, const char *value, int overwrite); int unsetenv(const char *name);
int putenv(char *s); int system(const char *command); int rand(void); void srand(unsigned seed);
long random(void); void srandom(unsigned seed); int abs(int n); long labs(long n);
long strtol(const char *s, char **end, int base);
unsigned long strtoul(const char *s, char **end, int base);
double strtod(const char *s, char **end);
void *memcpy(void *to, const void *from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int c, size_t n); int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int c, size_t n);
size_t strlen(const char *s); size_t strnlen(const char *s, size_t n);
char *strcpy(char *to, const char *from); char *strncpy(char *to, const char *from, size_t n);
char *strcat(char *to, const char *from); char *strdup(const char *s);
char *strndup(const char *s, size_t n); int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n); char *strchr(const char *s, int c);
char *strrchr(const char *s, int c); char *strstr(const char *s, const char *part);
char *strerror(int error); int puts(const char *s); int putchar(int c); int getchar(void);
int remove(const char *path); int rename(const char *from, const char *to); int raise(int signal);
double sin(double x); double cos(double x); double tan(double x); double asin(double x);
double acos(double x); double atan(double x); double atan2(double y, double x);
double sinh(double x); double cosh(double x); double tanh(double x); double exp(double x);
double log(double x); double log2(double x); double log10(double x);
double pow(double x, double y); double sqrt(double x); double cbrt(double x);
double floor(double x); double ceil(double x); double fabs(double x);
double fmod(double x, double y); float sinf(float x); float cosf(float x); float sqrtf(float x);
unsigned sleep(unsigned seconds); int usleep(useconds_t n); pid_t getpid(void);
pid_t getppid(void); uid_t getuid(void); uid_t geteuid(void); gid_t getgid(void);
gid_t getegid(void); pid_t fork(void); int close(int fd); int dup(int fd);
int dup2(int from, int to); int pipe(int fds[2]); ssize_t read(int fd, void *p, size_t n);
ssize_t write(int fd, const void *p, size_t n); int isatty(int fd); int chdir(const char *path);
int unlink(const char *path); int access(const char *path, int mode); int kill(pid_t p, int s);
int setuid(uid_t u); int setgid(gid_t g); int tolower(int c); int toupper(int c);
int isalpha(int c); int isdigit(int c); int isspace(int c);
";
