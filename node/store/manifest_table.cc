#include "node/store/manifest_table.h"
