#include <sys/types.h>
#ifdef __linux__
struct passwd {
    char *pw_name; char *pw_passwd; __uid_t pw_uid; __gid_t pw_gid;
    char *pw_gecos; char *pw_dir; char *pw_shell;
};
#elif defined(__APPLE__)
struct passwd {
    char *pw_name; char *pw_passwd; __uid_t pw_uid; __gid_t pw_gid; long pw_change;
    char *pw_class; char *pw_gecos; char *pw_dir; char *pw_shell; long pw_expire;
};
#endif
struct passwd *getpwnam(const char *name);
struct passwd *getpwuid(__uid_t uid);
int getpwnam_r(const char *name, struct passwd *to, char *buffer, size_t n, struct passwd **result);
int getpwuid_r(__uid_t uid, struct passwd *to, char *buffer, size_t n, struct passwd **result);
