#include <sys/types.h>
#ifndef _WIN32
struct group { char *gr_name; char *gr_passwd; __gid_t gr_gid; char **gr_mem; };
#endif
struct group *getgrnam(const char *name);
struct group *getgrgid(__gid_t gid);
int getgrnam_r(const char *name, struct group *to, char *buffer, size_t n, struct group **result);
int getgrgid_r(__gid_t gid, struct group *to, char *buffer, size_t n, struct group **result);
int setgroups(size_t n, const __gid_t *groups);
int initgroups(const char *user, __gid_t gid);
