#include "node/audit/checkpointer.h"
