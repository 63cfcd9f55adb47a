#include "node/store/group_commit.h"
