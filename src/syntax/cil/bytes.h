/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_SYNTAX_CIL_BYTES_H
#define SK_SYNTAX_CIL_BYTES_H

#include <stdint.h>

/* What a byte is to CIL: the lexer and the printer ask. */
enum sk_cil_byte {
	SK_CIL_BYTE_BAD, SK_CIL_BYTE_WORD, SK_CIL_BYTE_SPACE, SK_CIL_BYTE_NEWLINE, SK_CIL_BYTE_OPEN, SK_CIL_BYTE_CLOSE,
	SK_CIL_BYTE_QUOTE, SK_CIL_BYTE_COMMENT,
};

extern const uint8_t sk_cil_bytes[256];

#endif
