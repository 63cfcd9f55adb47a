#include "node/store/invitation_table.h"
