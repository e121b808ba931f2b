class Lorry
  def initialize(diesel)
    @diesel = diesel
  end

  def refuel(gallons)
    @diesel += gallons
  end

  def consume(gallons)
    @diesel -= gallons
  end
end

class Phone
  def initialize(maker, battery)
    @maker = maker
    @battery = battery
  end

  def recharge(percent)
    @battery += percent
  end

  def drain(percent)
    @battery -= percent
  end

  def raise_to(percent)
    @battery = percent
  end

  def to_s
    "#{@maker} (#{@battery})"
  end
end

class Crane
  def initialize(load)
    @load = load
  end

  def raise_load(kilos)
    @load += kilos
  end

  def lift(kilos)
    @load += kilos
  end

  def lower_load(kilos)
    @load -= kilos
  end
end

def evens(values)
  values.select { |value| value.even? }
end

def keep_positive(values)
  values.select { |value| value > 0 }
end

def above(values, limit)
  values.select { |value| value > limit }
end

def double_all(values)
  values.map { |value| value * 2 }
end

def mean(values)
  values.sum / values.size
end
