#include "node/audit/event.h"
