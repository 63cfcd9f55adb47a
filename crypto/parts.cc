#include "crypto/parts.h"
