#include "crypto/mac.h"
