package dev.homing.app.http;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Says that a {@link ListRequest} may ask for the order in which items change. */
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
public @interface OrderedBy {
  /** The parameter {@code order} that asks for it: the field that shows when an item changed. */
  String value();
}
