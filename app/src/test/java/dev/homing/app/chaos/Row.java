package dev.homing.app.chaos;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;

/**
 * A fault and what it must not do, run as often as {@code chaos.runs} says, each time in a world of
 * its own, if {@code chaos.rows} selects it.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@TestTemplate
@interface Row {
  /** The row of the fault matrix. */
  int number();

  /** What goes wrong, in the words of the table. */
  String fault();

  /** Whether worlds running beside it would spoil its timing. */
  boolean alone() default false;
}
