#include "node/audit/leaf.h"
