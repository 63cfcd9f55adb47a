#include "node/store/reader_pool.h"
