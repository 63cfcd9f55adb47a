#include "node/store/statement.h"
