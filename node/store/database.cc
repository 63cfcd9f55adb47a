#include "node/store/database.h"
