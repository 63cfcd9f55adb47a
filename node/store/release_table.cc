#include "node/store/release_table.h"
