/**
 * Everything Homing needs, started beside it: for trying it out and for tests on the real thing.
 */
@NullMarked
package dev.homing.app.development;

import org.jspecify.annotations.NullMarked;
