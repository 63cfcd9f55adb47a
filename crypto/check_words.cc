#include "crypto/check_words.h"
