/** Sign-in to the pages: a key becomes a sealed cookie that any node understands. */
@NullMarked
package dev.homing.app.session;

import org.jspecify.annotations.NullMarked;
