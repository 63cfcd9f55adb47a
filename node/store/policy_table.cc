#include "node/store/policy_table.h"
