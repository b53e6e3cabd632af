#pragma once
int own(void);
