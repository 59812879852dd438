/**
 * The pages in a real browser: what people do with them, for everyone, and what the browser says.
 */
@NullMarked
package dev.homing.app.browser;

import org.jspecify.annotations.NullMarked;
