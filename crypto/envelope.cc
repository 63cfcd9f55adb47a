#include "crypto/envelope.h"
