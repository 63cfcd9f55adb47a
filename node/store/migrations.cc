#include "node/store/migrations.h"
