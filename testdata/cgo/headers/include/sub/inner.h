#ifndef INNER_H
#define INNER_H
#include "../version.h"
typedef struct { int value[VERSION_MINOR]; } inner;
#endif
