#include "node/audit/audit_log.h"
