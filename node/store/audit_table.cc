#include "node/store/audit_table.h"
