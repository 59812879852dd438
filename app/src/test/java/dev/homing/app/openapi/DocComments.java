package dev.homing.app.openapi;

import com.github.therapi.runtimejavadoc.Comment;
import com.github.therapi.runtimejavadoc.CommentVisitor;
import com.github.therapi.runtimejavadoc.Link;
import com.github.therapi.runtimejavadoc.MethodJavadoc;
import com.github.therapi.runtimejavadoc.ParamJavadoc;
import com.github.therapi.runtimejavadoc.RuntimeJavadoc;
import com.github.therapi.runtimejavadoc.Value;
import java.lang.reflect.Method;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Doc comments as Markdown; empty where there is none. */
final class DocComments {
  /** Of {@code @throws Problem 404: …; 409: …}. */
  private static final Pattern STATUS = Pattern.compile("(\\d{3}): (.*?)(?=; \\d{3}: |$)");

  private DocComments() {}

  static String of(Class<?> type) {
    return text(RuntimeJavadoc.getJavadoc(type).getComment());
  }

  /** Of the components of a record, by their names. */
  static Map<String, String> components(Class<?> record) {
    return params(RuntimeJavadoc.getJavadoc(record).getRecordComponents());
  }

  static String of(Method method) {
    return text(RuntimeJavadoc.getJavadoc(method).getComment());
  }

  /** Of the parameters of a method, by their names. */
  static Map<String, String> parameters(Method method) {
    return params(RuntimeJavadoc.getJavadoc(method).getParams());
  }

  /** What each status of a method's problems means. */
  static SortedMap<Integer, String> problems(Method method) {
    SortedMap<Integer, String> byStatus = new TreeMap<>();
    RuntimeJavadoc.getJavadoc(method)
        .getThrows()
        .forEach(thrown -> byStatus.putAll(statuses(text(thrown.getComment()))));
    return byStatus;
  }

  /** What the status of a method's answer means; empty if its comment has none. */
  static SortedMap<Integer, String> answer(Method method) {
    MethodJavadoc doc = RuntimeJavadoc.getJavadoc(method);
    return statuses(text(doc.getReturns()));
  }

  private static SortedMap<Integer, String> statuses(String text) {
    SortedMap<Integer, String> byStatus = new TreeMap<>();
    for (MatchResult found : STATUS.matcher(text).results().toList()) {
      byStatus.put(Integer.valueOf(found.group(1)), sentence(found.group(2)));
    }
    return byStatus;
  }

  private static Map<String, String> params(List<ParamJavadoc> params) {
    Map<String, String> byName = new LinkedHashMap<>();
    params.forEach(param -> byName.put(param.getName(), sentence(text(param.getComment()))));
    return byName;
  }

  static String sentence(String text) {
    return text.isEmpty()
        ? text
        : Character.toUpperCase(text.charAt(0))
            + text.substring(1)
            + (text.endsWith(".") ? "" : ".");
  }

  private static String text(Comment comment) {
    StringBuilder text = new StringBuilder();
    comment.visit(
        new CommentVisitor() {
          @Override
          public void commentText(String plain) {
            text.append(plain.replaceAll("</?[a-z]+>", ""));
          }

          @Override
          public void inlineLink(Link link) {
            text.append(link.getLabel());
          }

          @Override
          public void inlineTag(String name, String value) {
            text.append('`').append(value.strip()).append('`');
          }

          @Override
          public void inlineValue(Value value) {
            text.append(value.getReferencedMemberName());
          }
        });
    return text.toString().strip().replaceAll("\\s+", " ");
  }
}
