/** Errors that callers read, as problem documents (RFC 9457). */
@NullMarked
package dev.homing.app.problem;

import org.jspecify.annotations.NullMarked;
