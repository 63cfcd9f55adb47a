#include "node/store/user_table.h"
