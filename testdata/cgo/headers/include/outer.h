#ifndef OUTER_H
#define OUTER_H

#include "sub/inner.h"

#ifdef __cplusplus
extern "C" {
#endif

#ifndef API
#define API extern
#endif
#define PROTOTYPE(args) args
#define DECLARE_HANDLE(name) typedef struct name##_tag *name

API int outer PROTOTYPE((inner *i, int n));
DECLARE_HANDLE(window);

#ifdef __cplusplus
}
#endif

#endif
