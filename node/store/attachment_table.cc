#include "node/store/attachment_table.h"
