#ifdef __linux__
typedef unsigned char cc_t;
typedef unsigned int speed_t;
typedef unsigned int tcflag_t;
struct termios {
    tcflag_t c_iflag; tcflag_t c_oflag; tcflag_t c_cflag; tcflag_t c_lflag;
    cc_t c_line; cc_t c_cc[32]; speed_t c_ispeed; speed_t c_ospeed;
};
#define ECHO 0000010
#define ICANON 0000002
#define TCSANOW 0
#define TCSADRAIN 1
#define TCSAFLUSH 2
#endif
struct termios;
int tcgetattr(int fd, struct termios *to);
int tcsetattr(int fd, int actions, const struct termios *from);
