#include "node/store/connection.h"
