#include "node/store/terms_columns.h"
