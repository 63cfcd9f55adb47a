#include "crypto/random.h"
