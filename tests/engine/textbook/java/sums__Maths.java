public class Maths {
    public static int add(int first, int second) {
        return first + second;
    }

    public int plus(int one, int two) {
        return one + two;
    }

    public static int subtract(int first, int second) {
        return first - second;
    }

    public static int multiply(int first, int second) {
        return first * second;
    }

    public int times(int one, int two) {
        return one * two;
    }

    public static double divide(double first, double second) {
        return first / second;
    }

    public static int square(int value) {
        return value * value;
    }

    public static boolean isEven(int number) {
        return number % 2 == 0;
    }

    public static int max(int p, int q) {
        return p > q ? p : q;
    }

    public static int bigger(int p, int q) {
        return Math.max(p, q);
    }

    public static int factorial(int number) {
        if (number <= 1) {
            return 1;
        }
        return number * factorial(number - 1);
    }

    public static int fibonacci(int number) {
        if (number <= 1) {
            return number;
        }
        return fibonacci(number - 1) + fibonacci(number - 2);
    }

    public static int sum(int[] numbers) {
        int total = 0;
        for (int number : numbers) {
            total += number;
        }
        return total;
    }

    public static double totalCost(double[] costs) {
        double total = 0;
        for (double cost : costs) {
            total += cost;
        }
        return total;
    }

    public static double average(double[] marks) {
        double sum = 0;
        for (double mark : marks) {
            sum += mark;
        }
        return sum / marks.length;
    }

    public static int largest(int[] numbers) {
        int best = numbers[0];
        for (int number : numbers) {
            if (number > best) {
                best = number;
            }
        }
        return best;
    }

    public static String greet(String person) {
        return "Hello, " + person + "!";
    }

    public static void welcome(String guest) {
        System.out.println("Welcome, " + guest + "!");
    }

    public static String shout(String text) {
        return text.toUpperCase();
    }

    public static String reverse(String text) {
        return new StringBuilder(text).reverse().toString();
    }
}
